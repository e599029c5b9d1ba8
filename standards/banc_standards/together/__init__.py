"""The same facts told by several artefacts: a document, its metadata, its mail, its message, the token that sent it."""
