"""The nemesis carries out a fault schedule: `schedule` waits, `targets` finds machines, `damage` strikes and mends."""

from sim.nemesis.schedule import Nemesis

__all__ = ["Nemesis"]
