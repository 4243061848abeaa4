"""Every figure by which the look for seals decides, as frozen records: one file for each stage.

``ink.py``: what is ink, paper, desk, and where a finer look is worth it; ``searching.py``: where a
ring might run; ``measuring.py``: what lies on, in and around a ring; ``judging.py``: what that
proves. No code that looks at pixels stands here, and no such figure stands anywhere else.

Each figure says its unit and where it comes from:

- *sizes*: what seals and paper are: 公章 of 38-45 mm, provincial ones of 50 and 58 mm, oval 专用章 of
  about 40 x 30 or 45 x 30 mm, square marks of 18-30 mm; with room for scanners and guessed scales;
- *measured*: a page or a time was measured, and the line says what;
- *trial*: chosen by trial on the generated pages (``tests/seals``; at first on 1,320 pages of a
  prototype), because clear pages came out right and doubtful ones doubtful. Nothing more is known
  of it, and ``make seal-report`` is the way to judge another;
- *chosen*: nothing there is to measure: a bound on time, a size for people's eyes.

Densities of ink run from 0 (the paper) upwards: natural logarithms of how much of the paper's light
is gone, as one colour more than another, unless a line says that they are shares of light.
"""
