/**
 * What Fieldfare keeps in PostgreSQL, in a schema of its own.
 *
 *   cluster  one row: version of this schema, mark of the root key, number of the last change to `records`
 *   members  server processes, each alive until `expires_at` of the database's clock
 *   logs     one row a tenant: who holds its log, by which epoch, and how far it goes
 *   frames   the logs themselves: sealed frames, as they would stand in a file (journal/format.ts)
 *   records  tenants, accounts, devices and sessions, sealed; `seq` orders their changes
 *
 *  SRV-RLS  the server works as `fieldfare_app`, which owns nothing; rows of `logs` and `frames` are there for it only
 *           while `fieldfare.tenant` names their tenant, whatever a query asks for. Frames are never changed in place
 */
export const SCHEMA_VERSION = 1;
export const APP_ROLE = 'fieldfare_app';

/** Run once, as a role that may make a schema and a role. The holder of `APP_ROLE` needs nothing else. */
export const SCHEMA = `
create schema fieldfare;

create table fieldfare.cluster (version int not null, key_mark text, record_seq bigint not null default 0);
insert into fieldfare.cluster (version) values (${SCHEMA_VERSION});

create table fieldfare.members (
  id uuid primary key,
  url text not null,
  expires_at timestamptz not null
);

create table fieldfare.logs (
  tenant_id uuid primary key,
  holder uuid,
  epoch bigint not null,
  key_id bytea,
  format_version int not null default 1,
  last_seq bigint not null default 0
);

create table fieldfare.frames (
  tenant_id uuid not null,
  seq bigint not null,
  shard text not null,
  frame bytea not null,
  primary key (tenant_id, seq)
);
create index frames_of_shard on fieldfare.frames (tenant_id, shard, seq);
-- ciphertext does not compress
alter table fieldfare.frames alter column frame set storage external;

create table fieldfare.records (
  kind text not null,
  id uuid not null,
  seq bigint not null,
  sealed bytea,
  primary key (kind, id)
);
create index records_by_seq on fieldfare.records (seq);

alter table fieldfare.logs enable row level security;
alter table fieldfare.logs force row level security;
alter table fieldfare.frames enable row level security;
alter table fieldfare.frames force row level security;
create policy tenant on fieldfare.logs
  using (tenant_id = nullif(current_setting('fieldfare.tenant', true), '')::uuid);
create policy tenant on fieldfare.frames
  using (tenant_id = nullif(current_setting('fieldfare.tenant', true), '')::uuid);

do $$ begin
  if not exists (select from pg_roles where rolname = '${APP_ROLE}') then create role ${APP_ROLE} nologin; end if;
end $$;
grant ${APP_ROLE} to current_user;
grant usage on schema fieldfare to ${APP_ROLE};
grant select, update on fieldfare.cluster to ${APP_ROLE};
grant select, insert, update, delete on fieldfare.members to ${APP_ROLE};
grant select, insert, update on fieldfare.logs to ${APP_ROLE};
grant select, insert, delete on fieldfare.frames to ${APP_ROLE};
grant select, insert, update on fieldfare.records to ${APP_ROLE};
`;
