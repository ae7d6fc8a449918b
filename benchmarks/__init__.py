"""What `make bench` measures, on PostgreSQL and over real HTTP; never part of the tests.

`population` fills a database of its own, `serving` starts the web server, `load` sends requests to it, `bare` replays
the same statements without the portal, `pages` measures server time and bytes, `lines` the decide command.
"""
