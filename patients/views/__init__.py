"""The pages on which a patient's agreement form is prepared, and on which the prescriber signs it."""
