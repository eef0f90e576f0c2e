"""What goes over the wire: the API's own shapes, apart from the domain's values."""
