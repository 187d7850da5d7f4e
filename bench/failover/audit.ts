// The database's own witness: who wrote what of a stream while its lease was another's. Every worker signs in under its own name.
import type { Sql } from 'postgres';

const WATCHED = [
	'streams',
	'stream_runs',
	'stream_run_transitions',
	'flow_samples',
	'detections',
	'alerts'
] as const;

export interface Trespass {
	writer: string;
	table: string;
	streamId: string;
	/** Who held the lease then; null: nobody. */
	holder: string | null;
	at: Date;
}

export interface Audit {
	/** What was written under another's lease since the last question. */
	trespasses(): Promise<Trespass[]>;
}

/** Lets the workers in, each as a user of its name, and watches every table that only a stream's holder may write. */
export async function installAudit(sql: Sql, workers: readonly string[]): Promise<Audit> {
	for (const worker of workers) await sql.unsafe(`create role "${worker}" superuser login`);
	await sql.unsafe(`
		create table bench_trespasses (id bigint generated always as identity primary key,
			at timestamptz not null default clock_timestamp(), writer text, what text, stream_id uuid, holder text);
		create function bench_watch() returns trigger language plpgsql as $$
		declare
			written jsonb := to_jsonb(new);
			stream uuid;
			holder text;
		begin
			if session_user not in (${workers.map((worker) => `'${worker}'`).join(', ')}) then return null; end if;
			stream := case tg_table_name when 'streams' then written->>'id' else written->>'stream_id' end;
			if tg_table_name = 'stream_run_transitions' then
				select r.stream_id into stream from stream_runs r where r.id = (written->>'run_id')::uuid;
			end if;
			select l.instance into holder from leases l where l.stream_id = stream;
			if holder is distinct from session_user then
				insert into bench_trespasses (writer, what, stream_id, holder)
				values (session_user, tg_table_name, stream, holder);
			end if;
			return null;
		end $$;`);
	for (const table of WATCHED)
		await sql.unsafe(`create trigger bench_watch after insert or update on ${table}
			for each row execute function bench_watch()`);
	let seen = 0;
	return {
		async trespasses() {
			const rows = await sql<
				{ id: string; at: Date; writer: string; what: string; stream_id: string; holder: string | null }[]
			>`
				select * from bench_trespasses where id > ${seen} order by id`;
			seen = Number(rows.at(-1)?.id ?? seen);
			return rows.map(({ writer, what, stream_id, holder, at }) => ({
				writer,
				table: what,
				streamId: stream_id,
				holder,
				at
			}));
		}
	};
}
