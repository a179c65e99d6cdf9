"""From files to profiles: `family` follows what extends what, `combining` puts together what they say.

`finishing` makes profiles of that with what MIBs say of tables; `differing` tells where two files say different
things, `overlap` which values have a mapping already.
A quiet room. May import: netwatch.model, netwatch.profiles. Called by: netwatch.profiles.loading.
"""
