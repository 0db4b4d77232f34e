"""Tables and places as files: CSV, XLSX, PDF, GeoJSON, GPX, KML. What is in them is the caller's, who sees to scope."""

from core.exports.files import FORMS, Column, Form, Sheet, file_of

__all__ = ["FORMS", "Column", "Form", "Sheet", "file_of"]
