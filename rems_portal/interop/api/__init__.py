"""The hot path over REST: each view loads, calls the one business act that the pages call too, and answers.

A refusal is 422 with the findings; an unknown number and a wrong birth date are the same 404; malformed input is 400
naming the field; a reused idempotency key with another request is 409.
"""
