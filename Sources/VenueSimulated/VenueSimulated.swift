// VenueSimulated
