"""The network that looks at one place at a time: what it gives, and that it is learned rightly."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from ocr.cut import LINE_HEIGHT, MARGIN, PITCH, cut_line
from ocr.glyphs import CHARACTERS, SIDE, clarity, clearest, look, network, places
from ocr.locate import find_bands
from ocr.training.glyphs import SHAPES, _slopes, save, train

PICTURE = Path(__file__).parent / "pictures" / "td2.jpg"
FIRST_LINE = "IDBHRBINT<ULVIC<CHIMIZODAR<<AM<<<<<<"


@pytest.fixture(scope="module")
def line() -> np.ndarray:
    page = cv2.imread(str(PICTURE), cv2.IMREAD_GRAYSCALE)
    band = next(find_bands(page))
    return max((cut_line(page, way.lines[0]) for way in (band, band.turned())), key=clarity)


def test_it_reads_a_line_by_itself(line: np.ndarray) -> None:
    shares = look(line, clearest(line, len(FIRST_LINE)))
    assert shares.shape == (len(FIRST_LINE), len(CHARACTERS))
    assert np.allclose(shares.sum(axis=1), 1, atol=1e-5)
    assert "".join(CHARACTERS[best] for best in shares.argmax(axis=1)) == FIRST_LINE


def test_text_is_clearer_upright_than_upside_down_or_noise(line: np.ndarray) -> None:
    noise = np.random.default_rng(1).integers(0, 256, line.shape, np.uint8)
    assert clarity(line) > max(clarity(np.rot90(line, 2)), clarity(noise))


def test_the_clearest_places_are_the_true_ones(line: np.ndarray) -> None:
    wrong = [MARGIN + place * PITCH for place in range(len(FIRST_LINE))]  # half a place off
    found = clearest(line, len(FIRST_LINE), [wrong])
    assert min(abs(a - b) for a, b in zip(found, wrong, strict=True)) > PITCH / 5


@pytest.mark.parametrize("centres", [[-500.0], [0.0, 5.0], [10_000.0]])
def test_places_beyond_the_line_are_paper_or_its_edge(centres: list[float]) -> None:
    cells = places(np.full((LINE_HEIGHT, 60), 255, np.uint8), centres)
    assert cells.shape == (len(centres), SIDE, SIDE)
    assert cells.max() == 0


def some_weights(seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {name: rng.normal(0, 0.2, shape) for name, shape in SHAPES.items()}


@pytest.mark.parametrize("name", SHAPES)
def test_slopes_are_those_of_the_loss(name: str) -> None:
    """Against the quotient of differences, in one direction through all weights of a layer."""
    rng = np.random.default_rng(4)
    weights, cells, labels = some_weights(2), rng.random((3, SIDE, SIDE)), np.array([0, 7, 36])

    def loss(step: float, direction: np.ndarray) -> float:
        moved = weights | {name: weights[name] + step * direction}
        scores, _ = network(cells, moved)
        logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        wanted = np.full(logs.shape, 0.01 / logs.shape[1])
        wanted[np.arange(3), labels] += 0.99
        return float(-(wanted * logs).sum() / 3)

    direction = rng.normal(0, 1, SHAPES[name])
    quotient = (loss(1e-6, direction) - loss(-1e-6, direction)) / 2e-6
    slope = float((_slopes(cells, labels, weights)[name] * direction).sum())
    assert slope == pytest.approx(quotient, rel=1e-3, abs=1e-5)


def test_it_learns_what_it_is_shown(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    patterns = rng.integers(0, 256, (4, SIDE, SIDE), np.uint8)
    labels = rng.integers(0, 4, 1400)
    weights = train(patterns[labels], labels, epochs=8)
    scores, _ = network(patterns.astype(np.float32) / 255, weights)
    assert scores.argmax(axis=1).tolist() == [0, 1, 2, 3]
    save(weights, tmp_path / "weights.npz")
    assert (tmp_path / "weights.npz").stat().st_size > 100_000
