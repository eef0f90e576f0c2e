"""The pictures of docs/mrz.md, drawn anew from made-up documents.

python -m ocr.training.illustrate docs/pictures/mrz
"""

import argparse
from pathlib import Path

import cv2
import numpy as np

from ocr.drawing import draw_reading
from ocr.training.generate import generate_document

SHOWN = (("turned", 5_700_007, "severe"),)
"""Name, seed and condition of the documents that are shown."""


def main() -> None:
    """Draw into the folder that the command line names."""
    parser = argparse.ArgumentParser(description="Draw the pictures of docs/mrz.md.")
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for name, seed, condition in SHOWN:
        document = generate_document(seed, condition)
        coded = cv2.imencode(".jpg", document.image, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()
        for drawing in draw_reading(coded)[1][:3]:  # how long it took says more of the machine than of the document
            _write_small(folder / f"{name}-{drawing.name}.jpg", drawing.png)


def _write_small(path: Path, png: bytes) -> None:
    """At most 900 pixels wide: it is looked at on a page."""
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None  # drawn a moment ago
    scale = min(1.0, 900 / picture.shape[1])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(path), small, [cv2.IMWRITE_JPEG_QUALITY, 82])


if __name__ == "__main__":
    main()
