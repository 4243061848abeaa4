"""Makes the blank annexes and the sample mails; run by hand, never by the program itself.

Everything in here is deterministic: no clock, no unseeded chance, no network. The program may not
import it.
"""
