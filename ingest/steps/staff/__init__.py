"""Staff's hands: what a named person decides, corrects and moves, from the command line, the desk
or an answer to the digest.
"""
