"""IHE XDM by mail: the archive ``IHE_XDM.zip``, its metadata and its documents (mssante, 4)."""
