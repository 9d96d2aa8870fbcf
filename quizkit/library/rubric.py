"""The rubric of the mock interview: dimensions with anchors, caps, and the bands of the whole result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path as FilePath
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_core import PydanticCustomError

from quizkit.errors import QuizkitError
from quizkit.library.complaints import explain
from quizkit.library.load import find_shipped
from quizkit.library.problems import Problem, in_order, shown_place, unreadable
from quizkit.library.schema import Id, SourceEntry, Strict, Text, whole
from quizkit.library.strict_yaml import Document, Path, read_yaml
from quizkit.words import did_you_mean

FILE = "rubric.yaml"
TOP = 3  # points that the last anchor of a dimension is worth


def _one_a_point(anchors: list[str]) -> list[str]:
    if len(anchors) != TOP + 1:
        count = {"wanted": TOP + 1, "top": TOP, "count": len(anchors)}
        raise PydanticCustomError("anchors", "must have {wanted} entries, for 0 to {top} points, not {count}", count)
    return anchors


Points = Annotated[int, Field(ge=0, le=TOP), BeforeValidator(whole)]
Sum = Annotated[int, Field(ge=0), BeforeValidator(whole)]
Anchors = Annotated[list[Text], AfterValidator(_one_a_point)]


class Dimension(Strict):
    """One side of an answer. An anchor says what an observer sees in it; its place in the list is its points."""

    id: Id = Field(description="stable and unique: the learner's grades hang on it")
    title: Text = Field(description="the name of the dimension")
    asks: Text = Field(description="the question that the dimension asks of an answer")
    anchors: Anchors = Field(description="what is seen at 0, 1, 2 and 3 points, a list")
    tags: list[Id] = Field(default=[], description="tags of the cards that train it")


class Cap(Strict):
    """A fact about the answer that limits one dimension, whatever the learner thinks of the rest."""

    id: Id = Field(description="unique among the caps")
    ask: Text = Field(description="a question that is answered with yes or no")
    when: Literal["yes", "no"] = Field(description="yes or no: the answer that limits")
    dimension: Id = Field(description="the dimension that it limits")
    at_most: Points = Field(description="the most points that the dimension then gets")


class BandCap(Strict):
    """So many points in any of the dimensions limit the band, whatever the sum is."""

    id: Id = Field(description="unique among the caps of bands")
    dimensions: list[Id] = Field(min_length=1, description="the dimensions that limit")
    equal: Points = Field(description="the points at which they limit")
    band_at_most: Id = Field(description="the best band that is then left")


class Band(Strict):
    """What a sum means; `least` is the smallest sum that reaches the band."""

    id: Id = Field(description="stable and unique")
    title: Text = Field(description="the name of the band")
    least: Sum = Field(alias="from", description="the smallest sum of points that reaches it")


class Rubric(Strict):
    """How an interview is graded. Bands go from the worst to the best."""

    dimensions: list[Dimension] = Field(min_length=1, description="what is graded, a list")
    caps: list[Cap] = Field(default=[], description="what limits a dimension, a list")
    band_caps: list[BandCap] = Field(default=[], description="what limits the band, a list")
    bands: list[Band] = Field(min_length=1, description="what the sums mean, a list from the worst to the best")
    sources: list[SourceEntry] = Field(min_length=1, description="where the dimensions come from")

    @property
    def best(self) -> int:
        """The most points that there are."""
        return TOP * len(self.dimensions)


def read_rubric(path: FilePath) -> tuple[Rubric | None, list[Problem]]:
    """The rubric in this file, None if anything is wrong with it, and everything that is wrong."""
    try:
        document = read_yaml(path.read_bytes(), str(path))
    except OSError as error:
        return None, [unreadable(path, error)]
    rubric, problems = None, list(document.problems)
    if document.value is not None:
        try:
            rubric = Rubric.model_validate(document.value)
            problems += _contradictions(rubric, document)
        except ValidationError as error:
            problems += explain(error, Rubric, document)
    return None if problems else rubric, in_order(problems)


def open_rubric() -> Rubric:
    """The shipped rubric; raises QuizkitError with the first thing that is wrong with it."""
    path = find_shipped() / FILE
    rubric, problems = read_rubric(path)
    if rubric is None:
        first = problems[0]
        raise QuizkitError(f"the rubric cannot be used: {shown_place(first.place)}: {first.message}", first.hint)
    return rubric


def _contradictions(rubric: Rubric, document: Document) -> Iterator[Problem]:
    """What the model alone cannot see: ids that repeat or lead nowhere, bands in the wrong order."""
    dimensions = [dimension.id for dimension in rubric.dimensions]
    bands = [band.id for band in rubric.bands]
    for key in ("dimensions", "caps", "band_caps", "bands"):
        taken = dimensions if key == "caps" else []  # the two share a namespace in files of answers
        yield from _repeated(key, [entry.id for entry in getattr(rubric, key)], taken, document)
    links = [
        *((("caps", index, "dimension"), cap.dimension, dimensions) for index, cap in enumerate(rubric.caps)),
        *(
            (("band_caps", index, "dimensions", place), name, dimensions)
            for index, cap in enumerate(rubric.band_caps)
            for place, name in enumerate(cap.dimensions)
        ),
        *((("band_caps", index, "band_at_most"), cap.band_at_most, bands) for index, cap in enumerate(rubric.band_caps)),
    ]
    yield from _dangling(links, document)
    yield from _disordered(rubric, document)


def _repeated(key: str, ids: list[str], taken: list[str], document: Document) -> Iterator[Problem]:
    for index, name in enumerate(ids):
        if name in (*taken, *ids[:index]):
            yield Problem(document.place((key, index, "id")), f"the id `{name}` is taken", "choose another one")


def _dangling(links: Iterable[tuple[Path, str, list[str]]], document: Document) -> Iterator[Problem]:
    for path, name, known in links:
        if name not in known:
            what = "band" if path[-1] == "band_at_most" else "dimension"
            yield Problem(document.place(path), f"there is no {what} `{name}`", did_you_mean(name, known))


def _disordered(rubric: Rubric, document: Document) -> Iterator[Problem]:
    least = [band.least for band in rubric.bands]
    if least[0] != 0:
        yield Problem(document.place(("bands", 0, "from")), f"the first band starts at {least[0]}, not at 0", "write `from: 0`")
    for index in range(1, len(least)):
        place = document.place(("bands", index, "from"))
        if least[index] <= least[index - 1]:
            yield Problem(place, f"`from` must be more than {least[index - 1]}, that of the band before", "sort the bands")
        elif least[index] > rubric.best:
            yield Problem(place, f"no sum reaches {least[index]}", f"the most is {rubric.best}")
