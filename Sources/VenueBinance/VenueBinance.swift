// VenueBinance
