"""A run made readable: the timeline and the story. Renderers read the trace, the history and the findings, no protocol."""
