"""How long a test waits for what must come.

A limit ends a test that fails and costs nothing where what is waited for comes. So there is one for all of them, long
enough for a machine that has many times too much to do. A wait that is itself what is tested says its own number.
"""

PATIENCE_SECONDS = 120.0
