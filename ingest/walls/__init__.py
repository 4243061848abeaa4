"""What keeps a worker, and the programs it starts, from doing more than their work. Opens no byte
of a stranger; knows neither mail nor document.
"""
