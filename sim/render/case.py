"""A run with what everyone who retells it asks first: when it was struck, what was lost, who died."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from functools import cached_property

from sim.checks.finding import Finding
from sim.checks.lookup import claimants, highest, longest_gap, write_load
from sim.history import History
from sim.render.logbook import Logbook
from sim.render.operations import by_operation
from sim.trace import Event, Shot, Trace

LOST = "lost_acked_writes"


def sides_of(event: Event) -> list[list[str]]:
    """The groups of machines that a fault of links lies between."""
    return [side.split(", ") for side in event.peer.replace(" > ", " | ").split(" | ")]


class Case:
    """Everything that a story or a timeline is made from. Event numbers stand for moments: "just after this event"."""

    def __init__(self, trace: Trace, history: History, findings: Mapping[str, Finding]) -> None:
        self.trace = by_operation(trace, history)
        self.history = history
        self.findings = findings
        self.book = Logbook(self.trace, history)

    def event(self, number: int) -> Event:
        """The event with this number."""
        return self.trace.events[number]

    @cached_property
    def _first_shot(self) -> Shot | None:
        struck = (shot for shot in self.trace.shots if shot.events and shot.harms)
        return min(struck, key=lambda shot: shot.events[0], default=None)

    @property
    def strike(self) -> int | None:
        """The event of the first fault that harms; None in a run without one."""
        return self._first_shot.events[0] if self._first_shot else None

    @property
    def trigger(self) -> int | None:
        """The event of an operation that set that fault off; None if something else did."""
        cause = self._first_shot.cause if self._first_shot else None
        return cause if cause is not None and self.event(cause).ops else None

    @cached_property
    def repairs(self) -> list[int]:
        """The events after the strike with which machines or links came back, or others took over."""
        back = [at for at, event in self.trace.of("fault") if event.text in ("heal", "resume")]
        events = sorted([*back, *(at for at, _ in self.trace.of("mended", "promoted", "removed", "up", "healed"))])
        return [at for at in events if self.strike is not None and at > self.strike]

    def resent(self, number: int) -> list[str]:
        """The writes that a message brought late; none if they are no older than the last repair, or were never sent before."""
        event = self.event(number)
        if not event.ops or not self.repairs or number < self.repairs[0] or self.trace.flow.get(event.text) != "replicate":
            return []
        repair = self.repairs[bisect_left(self.repairs, number) - 1]
        gained = self.book.gained(event)
        late = gained and self.book.sends[gained[0]][0] < repair and event.node in self.book.holders(gained[0], repair)
        return gained if late else []

    @cached_property
    def healed(self) -> int:
        """The last event of the run proper: what follows is settling."""
        heal = next((number for number, _ in self.trace.of("healed")), len(self.trace.events))
        return heal - 1

    @cached_property
    def lost(self) -> tuple[str, ...]:
        """The acknowledged writes that are lost, oldest first."""
        finding = self.broken(LOST)
        return finding.ops if finding else ()

    @cached_property
    def dead(self) -> list[str]:
        """The replicas that were down when the run ended."""
        return [name for name in self.trace.replicas if self.book.is_down(name, self.healed)]

    @cached_property
    def hit(self) -> list[str]:
        """The replicas that a harmful fault struck, in the order of the strikes; of a cut, those on the smaller side."""
        events = [self.event(number) for shot in self.trace.shots if shot.harms for number in shot.events]
        struck = [name for event in events for name in ([event.node] if event.node else self._smaller_side(event))]
        return [name for name in dict.fromkeys(struck) if name in self.trace.replicas]

    def _smaller_side(self, cut: Event) -> list[str]:
        sides = [[name for name in side if name in self.trace.replicas] for side in sides_of(cut)]
        return min(filter(None, sides), key=len, default=[])

    @cached_property
    def last_ack(self) -> int | None:
        """The last acknowledgement of a write before the strike, of a lost one if there is any."""
        early = [number for number in self.book.acks.values() if self.strike is not None and number < self.strike]
        fatal = [number for number in early if self.event(number).ops[0] in self.lost]
        return max(fatal or early, default=None)

    @cached_property
    def lone_acks(self) -> list[int]:
        """The acknowledgements of lost writes after the strike: by one who was cut off and did not know."""
        return [number for op, number in self.book.acks.items() if op in self.lost and number > (self.strike or 0)]

    @cached_property
    def leader(self) -> str:
        """The replica that serves clients at the end, by the highest epoch; "" if none does."""
        return highest(claimants(self.trace)) or ""

    @cached_property
    def hanging(self) -> str:
        """The first write that the last leader took and could not get through before the end of the load; "" if none."""
        events = self.trace.events[: self.healed + 1]
        done = frozenset(op for event in events if event.what == "applied" and event.node == self.leader for op in event.ops)
        waiting = (op for op in self.book.copies if op not in done and self.leader in self.book.holders(op, self.healed))
        return next(waiting, "")

    @cached_property
    def stalled(self) -> bool:
        """Whether the longest time without a successful write was still going on when the load ended."""
        gap = longest_gap(self.trace, self.history)
        return gap is not None and gap[1] == self.load_end

    @cached_property
    def load_end(self) -> int:
        """When clients stopped asking for writes (us): with the answer to the last one, or with the end of the run proper."""
        load = write_load(self.trace, self.history)
        return self.trace.healed_at if load is None else load.end

    @cached_property
    def others(self) -> list[str]:
        """The machines that are neither replicas nor controllers nor clients: storage that a lock protects."""
        return sorted({event.node for _, event in self.trace.of("stored", "rejected")})

    @cached_property
    def era(self) -> str:
        """What the reign of a leader is called: a term where replicas elect one of themselves."""
        return "term" if any(event.node == event.peer for _, event in self.trace.of("elected")) else "epoch"

    @cached_property
    def repeated(self) -> list[str]:
        """The operations that show what came of asking again: one that was done twice, one that was recognised."""
        twice = self.broken("applied_twice")
        known = [op for _, event in self.trace.of("duplicate") for op in event.ops]
        return [*(twice.ops[:1] if twice else ()), *known[:1]]

    @cached_property
    def queried(self) -> dict[str, int]:
        """The reads of which a replica asked another which version is committed, each with the event of its question."""
        replicas, flow = self.trace.replicas, self.trace.flow
        sent = [(at, one) for at, one in self.trace.of("sent") if one.ops and flow.get(one.text) == "request"]
        return {one.ops[0]: at for at, one in reversed(sent) if one.node in replicas and one.peer in replicas}

    @cached_property
    def late_holders(self) -> list[str]:
        """The grants of a lock to a holder whose time was over when it wrote, and to the one who had come before it."""
        finding = self.broken("mutual_exclusion")
        if finding:
            return list(finding.ops[:2])
        refused = self.trace.of("rejected")[:1]
        taken = [one for at, one in self.trace.of("stored") for no, event in refused if at < no and one.text == event.text]
        return [op for event in (*taken[-1:], *(event for _, event in refused)) for op in event.ops]

    @cached_property
    def settling_matters(self) -> bool:
        """Whether something worth telling happened only after the repairs at the end."""
        notable = ("discarded", "promoted", "suspected", "removed")
        return any(event.what in notable for event in self.trace.events[self.healed + 1 :])

    def new_role(self, number: int, promotion: Event) -> str:
        """The role that a promotion gives, which its neighbours in the trace tell."""
        near = self.trace.events[max(0, number - 1) : number + 2]
        role = next((event.text for event in near if event.what == "role" and event.node == promotion.node), "leader")
        return "only member" if role == "single" else role

    def broken(self, check: str) -> Finding | None:
        """The finding of a check, if it is that the promise was broken."""
        finding = self.findings.get(check)
        return finding if finding and finding.verdict == "broken" else None
