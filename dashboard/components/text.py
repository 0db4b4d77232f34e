"""Plain text in any tag: NiceGUI's label is always a ``div``."""

from nicegui.elements.mixins.text_element import TextElement


def text(tag: str, content: str) -> TextElement:
    """``<tag>content</tag>``; the content is text, never HTML."""
    return TextElement(tag=tag, text=content)
