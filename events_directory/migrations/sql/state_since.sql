-- What the audit trail says of the last move; without a word of it, what the row itself says.
UPDATE events_directory_partner p
SET state_since = COALESCE(
    (
        SELECT max(a.at) FROM members_auditrow a
        WHERE a.subject_type = 'events_directory.partner' AND a.subject_id = p.id::text
            AND a.verb IN (
                'events_directory.partner.registered',
                'events_directory.partner.verified',
                'events_directory.partner.turned_down',
                'events_directory.partner.suspended'
            )
    ),
    p.verified_at,
    p.created_at
);

UPDATE events_directory_microevent e
SET state_since = COALESCE(
    (
        SELECT max(a.at) FROM members_auditrow a
        WHERE a.subject_type = 'events_directory.microevent' AND a.subject_id = e.id::text
            AND a.verb IN (
                'events_directory.micro_event.drafted',
                'events_directory.micro_event.submitted',
                'events_directory.micro_event.published',
                'events_directory.micro_event.rejected',
                'events_directory.micro_event.cancelled'
            )
    ),
    e.changed_at
);
