"""NiceGUI elements of the screens. Their browser code stands beside them; shared modules in ``js``."""
