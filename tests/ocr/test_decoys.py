"""Pages that look as if they had a zone: made the same for ever, and never accepted."""

import cv2
import numpy as np
import pytest

from ocr.reader import read_mrz
from ocr.training import fonts
from ocr.training.decoys import KINDS, generate_decoy

pytestmark = pytest.mark.skipif(fonts.find_font("OCRB.otf") is None, reason="the OCR-B typeface is not installed")


@pytest.mark.parametrize("kind", KINDS)
def test_a_decoy_is_a_picture_without_a_zone_that_is_not_accepted(kind: str) -> None:
    made, again = (generate_decoy(11, "clean", kind) for _ in range(2))
    assert np.array_equal(made.image, again.image)
    assert (made.mrz_lines, made.doc_type, made.lost) == ((), None, False)
    assert made.image.std() > 5
    assert not read_mrz(cv2.imencode(".jpg", made.image)[1].tobytes()).accepted
