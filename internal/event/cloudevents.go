package event

// CloudEvents 1.0, https://github.com/cloudevents/spec: the attributes and the
// extensions correlationid, causationid, tenantid and namespace.

// structured reads an event whose attributes are members beside data.
func (d *Decoder) structured(e *Event, b body) (err error) {
	e.EventID = b.scalar("id")
	e.EventType = b.text("type")
	e.Source = b.text("source")
	e.SchemaRef = b.text("dataschema")
	e.CorrelationID = b.scalar("correlationid")
	e.CausationID = b.scalar("causationid")
	e.TenantID = b.scalar("tenantid")
	e.Namespace = b.scalar("namespace")
	if e.Payload = b.raw("data"); e.Payload == nil {
		e.Payload = b.out
	}
	e.Timestamp, err = b.timestamp("time")
	return err
}

// binary reads an event whose attributes are headers; the value is its data.
func (d *Decoder) binary(e *Event, b body, h headers) (err error) {
	e.EventID = h["ce_id"]
	e.EventType = h["ce_type"]
	e.Source = h["ce_source"]
	e.SchemaRef = h["ce_dataschema"]
	e.CorrelationID = h["ce_correlationid"]
	e.CausationID = h["ce_causationid"]
	e.TenantID = h["ce_tenantid"]
	e.Namespace = h["ce_namespace"]
	e.Payload = b.out
	e.Timestamp, err = h.timestamp("ce_time")
	return err
}
