"""Makes the OCR-B model, and the images to train and judge it on; nothing here runs at a post."""
