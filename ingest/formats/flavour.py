"""Which PDF/A we make. Alone, so that who only asks veraPDF need not load the PDF libraries."""

from __future__ import annotations

# The law asks for PDF/A without a flavour (Circular 02/2019/TT-BNV Điều 6); 2b is our reading, and what a
# sample package of the government was measured to be.
FLAVOUR = "2b"
