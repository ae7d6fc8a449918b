"""The demo's people, places and courses of treatment. Everybody in it is invented.

Records come about by the business acts, with instants in the past, so that history, decisions and due dates are what
they would be had it all happened. Only `manage.py load_demo` uses it, and only with DEMO.

    people.py     the accounts, one for each role, certified and not; the two pharmacies
    catalogue.py  the product catalogue, with the source of each code
    course.py     one patient's course, as verbs: enroll, test, survey, authorize, confirm, dispense
    clock.py      days and hours counted back from the moment of loading
    stories.py    what a patient can live through, up to a state worth seeing
    cast.py       the patients, and whose story each of them lives
    load.py       all of it, once, in one transaction
"""
