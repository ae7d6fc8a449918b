"""The shapes of the API's requests (`asks`) and answers (`replies`), made of strict fields (`fields`)."""
