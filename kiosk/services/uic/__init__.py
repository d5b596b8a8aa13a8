"""UIC railway barcodes (918.3, 918.9) beside our own code, for operators whose tickets other railways control."""
