"""Every letter there is, for texts that are drawn at random."""

from __future__ import annotations

from hypothesis import strategies as st

#: what ``st.text`` draws from by itself; it tries a million letters for it, in each worker
ANY = st.characters(exclude_categories=["Cs"])
