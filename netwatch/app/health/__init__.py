"""NetWatch looking after itself: how each part is, whether an alert would come through, who hears that it lives.

It decides nothing: what it finds becomes a reading, held against rules as everybody's. Called by: netwatch.app.
"""
