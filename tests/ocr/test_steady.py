"""What lies before a camera, told in small made-up pictures."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.steady import PICTURES_STILL, Phase, Scene, Thumbnail

TABLE = np.tile(np.linspace(60, 90, 64, dtype=np.float32), (48, 1))


def with_page(left: int, shade: float = 200.0) -> Thumbnail:
    picture = TABLE.copy()
    picture[10:40, left : left + 30] = shade
    picture[30:36:2, left + 2 : left + 28] = 40.0
    return picture


def grainy(picture: Thumbnail, seed: int) -> Thumbnail:
    return picture + np.random.default_rng(seed).normal(0, 1, picture.shape).astype(np.float32)


def watch(scene: Scene, pictures: Iterable[Thumbnail]) -> Scene:
    for picture in pictures:
        scene = scene.see(picture)
    return scene


def still(picture: Thumbnail, count: int = PICTURES_STILL + 1) -> list[Thumbnail]:
    return [grainy(picture, seed) for seed in range(count)]


def empty_table() -> Scene:
    return watch(Scene(), still(TABLE)).judge(document=False)


def page_read() -> Scene:
    return watch(empty_table(), still(with_page(10))).judge(document=True)


def test_a_document_is_laid_down_read_and_taken_away() -> None:
    scene = empty_table()
    assert scene.phase is Phase.NOTHING
    scene = watch(scene, [with_page(30), with_page(20), with_page(12)])
    assert scene.phase is Phase.MOVING
    scene = watch(scene, still(with_page(10)))
    assert scene.phase is Phase.STEADY
    scene = scene.judge(document=True)
    assert scene.phase is Phase.READ
    scene = watch(scene, still(with_page(10), 50))
    assert scene.phase is Phase.READ
    scene = watch(scene, [with_page(25), with_page(33)])
    assert scene.phase is Phase.MOVING
    assert watch(scene, still(TABLE)).phase is Phase.NOTHING


def test_a_document_must_lie_still_for_a_while() -> None:
    scene = watch(empty_table(), still(with_page(10), PICTURES_STILL))
    assert scene.phase is Phase.MOVING
    assert scene.see(with_page(10)).phase is Phase.STEADY


def test_a_moved_document_is_steady_anew() -> None:
    assert watch(page_read(), still(with_page(22))).phase is Phase.STEADY


def test_a_document_in_place_of_another_is_steady_anew() -> None:
    assert watch(page_read(), still(with_page(10, shade=140.0))).phase is Phase.STEADY


def test_what_is_no_document_becomes_the_empty_scene() -> None:
    cup = with_page(30, shade=20.0)
    scene = watch(empty_table(), still(cup)).judge(document=False)
    assert watch(scene, still(cup, 20)).phase is Phase.NOTHING
    assert watch(scene, still(with_page(10))).phase is Phase.STEADY


def test_a_document_that_lies_there_at_the_start_is_seen() -> None:
    assert watch(Scene(), still(with_page(10))).phase is Phase.STEADY


def test_automatic_exposure_is_no_movement() -> None:
    brighter = [grainy(TABLE + 3 * step, step) for step in range(10)]
    assert watch(empty_table(), brighter).phase is Phase.NOTHING


def test_the_scene_follows_the_light_of_the_day() -> None:
    shade = np.linspace(0, 1, 64, dtype=np.float32)[None, :]  # evening comes from one side
    evening = [TABLE - 60 * shade * step / 600 for step in range(600)]
    assert watch(empty_table(), evening).phase is Phase.NOTHING
    assert watch(empty_table(), evening[-1:]).phase is Phase.MOVING


def test_a_picture_of_another_size_is_movement() -> None:
    assert empty_table().see(TABLE[:24]).phase is Phase.MOVING


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from(["table", "page", "other", "hand"]), st.integers(1, 8)), max_size=12))
def test_a_document_that_stays_is_looked_at_once(course: list[tuple[str, int]]) -> None:
    """However things move: between two looks at what lies still, something moved."""
    shown = {"table": TABLE, "page": with_page(8), "other": with_page(30, 120.0), "hand": with_page(18, 20.0)}
    scene, moved = Scene(), True
    for name, count in course:
        for picture in still(shown[name], count):
            scene = scene.see(picture)
            moved = moved or scene.phase is Phase.MOVING
            if scene.phase is Phase.STEADY:
                assert moved
                moved = False
                scene = scene.judge(document=name in {"page", "other"})
