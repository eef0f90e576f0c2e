"""Second factors, sessions that lock, keys that are rotated, and accounts of an agency's own provider."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"

CHANGES = [
    """
    ALTER TABLE account
        ALTER COLUMN password_hash DROP NOT NULL,
        ADD COLUMN password_until timestamptz,
        ADD COLUMN issuer text,
        ADD COLUMN subject text,
        ADD CONSTRAINT account_subject_key UNIQUE (issuer, subject),
        ADD CONSTRAINT account_subject_check CHECK ((issuer IS NULL) = (subject IS NULL)),
        ADD CONSTRAINT account_way_in_check CHECK (password_hash IS NOT NULL OR issuer IS NOT NULL)
    """,
    """
    ALTER TABLE session
        ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid(),
        ADD COLUMN client text NOT NULL DEFAULT 'unknown',
        ADD COLUMN factors text[] NOT NULL DEFAULT '{password}'
            CHECK (factors <@ '{password,passkey,provider,provider_second}'),
        ADD COLUMN verified_at timestamptz NOT NULL DEFAULT now(),
        ADD CONSTRAINT session_id_key UNIQUE (id)
    """,
    """
    CREATE TABLE passkey (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL REFERENCES account (id),
        credential_id bytea NOT NULL UNIQUE,
        public_key bytea NOT NULL,
        sign_count bigint NOT NULL CHECK (sign_count >= 0),
        transports text[] NOT NULL DEFAULT '{}',
        name text NOT NULL,
        backed_up boolean NOT NULL,
        created_at timestamptz NOT NULL,
        last_used_at timestamptz
    )
    """,
    "CREATE INDEX passkey_account ON passkey (account_id)",
    """
    CREATE TABLE passkey_challenge (
        digest bytea PRIMARY KEY,
        session_id uuid NOT NULL REFERENCES session (id) ON DELETE CASCADE,
        ceremony text NOT NULL CHECK (ceremony IN ('register', 'show')),
        expires_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX passkey_challenge_session ON passkey_challenge (session_id)",
    "CREATE INDEX passkey_challenge_expires ON passkey_challenge (expires_at)",
    """
    CREATE TABLE provider_request (
        digest bytea PRIMARY KEY,
        browser bytea NOT NULL,
        nonce text NOT NULL,
        verifier text NOT NULL,
        expires_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX provider_request_expires ON provider_request (expires_at)",
    """
    CREATE TABLE known_workstation (
        digest bytea NOT NULL,
        account_id uuid NOT NULL REFERENCES account (id),
        expires_at timestamptz NOT NULL,
        PRIMARY KEY (digest, account_id)
    )
    """,
    "CREATE INDEX known_workstation_account ON known_workstation (account_id)",
    "CREATE INDEX known_workstation_expires ON known_workstation (expires_at)",
    """
    ALTER TABLE device_key
        ADD COLUMN replaces uuid REFERENCES device_key (id),
        ADD COLUMN first_used_at timestamptz,
        ADD COLUMN certificate bytea CHECK (octet_length(certificate) = 32)
    """,
    "GRANT SELECT, INSERT, UPDATE, DELETE ON passkey, known_workstation TO mabar_service",
    "GRANT SELECT, INSERT, DELETE ON passkey_challenge, provider_request TO mabar_service",
]

COMMENTS = {
    "passkey": "Second factors: public keys of passkeys and smart cards; nothing here lets anybody in.",
    "passkey_challenge": "What an authenticator was asked to sign, until it has, or until it is too late.",
    "provider_request": "Officers sent to the agency''s identity provider and not yet back.",
    "known_workstation": "Browsers in which an account signed in before: guessing elsewhere does not slow them.",
}


def upgrade() -> None:
    for statement in CHANGES:
        op.execute(statement)
    for table, words in COMMENTS.items():
        op.execute(f"COMMENT ON TABLE {table} IS '{words}'")
