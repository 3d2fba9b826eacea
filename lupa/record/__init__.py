"""Records: what a case says, as facts that are stated true, stated false or left open."""
