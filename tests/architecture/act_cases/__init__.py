"""One case for every business act: it prepares what the act needs, and returns who acts and the call.

`people` and `courses` hold the cases; `test_acts` demands that none is missing and looks at the history they write.
"""
