"""The forms of the Lenalidomide REMS as data, in our own words; none is the FDA-approved form."""
