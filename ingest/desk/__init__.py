"""办件台: the staff's page in a browser. It shows what views read and calls the steps the command line calls; no
decision of its own comes in.
"""
