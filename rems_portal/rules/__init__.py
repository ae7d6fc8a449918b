"""The REMS as pure Python: every decision of the portal is made here, and only here.

No Django, no clock, no input or output: facts go in (frozen dataclasses), decisions come out. `authorization` and
`dispensing` answer the two big questions, `questions` takes them as plain JSON, `registry` lists every rule.
"""
