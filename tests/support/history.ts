// A past for charts: a week of a camera, two instances and the fleet, written straight into the tables that history is read from.
import postgres from 'postgres';

/** Minutes before now between which the camera was away: nothing is stored of it. */
const AWAY_MIN = { from: 25, to: 20 } as const;

/** Vectors by direction of motion about a way, degrees, with a little about another. */
function binsAbout(way: number): string {
	const apart = (a: number, b: number) => Math.min(Math.abs(a - b), 360 - Math.abs(a - b));
	const near = (bin: number, middle: number, width: number) =>
		Math.exp(-((apart(bin * 10, middle) / width) ** 2));
	const bins = Array.from({ length: 36 }, (_, bin) => {
		return Math.round(24 * near(bin, way, 28) + 3 * near(bin, 130, 50));
	});
	return `{${bins.join()}}`;
}

/** Motion up right, for a while down left, more and less of it; people and cars; an outage of five minutes. It ends `now`. */
export async function seedPast(url: string, streamId: string, now = new Date()): Promise<void> {
	const sql = postgres(url, { max: 1, onnotice: () => undefined });
	const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
	const there = sql`not (s between ${ago(AWAY_MIN.from)} and ${ago(AWAY_MIN.to)})`;
	const every = (step: string, minutes: number) =>
		sql`generate_series(date_trunc('minute', ${ago(minutes)}::timestamptz), ${now}::timestamptz, ${step}::interval) s`;
	const motion = sql`
		cross join lateral (select extract(epoch from s)::float8 as t) at_once
		cross join lateral (select 1.6 + sin(t / 400) + 0.5 * sin(t / 61) + 0.7 * random() as strength,
			extract(minute from s)::int % 20 < 13 as goes_up) how
		cross join lateral (select ${binsAbout(40)}::int[] as up, ${binsAbout(225)}::int[] as down) ways
		cross join lateral (select case when goes_up then up else down end as bins) which`;
	const figures = sql`strength * 1.5, strength * (3 + random()), greatest(0, (strength * 50)::int), 576,
		case when goes_up then 40 else 225 end + 12 * (random() - 0.5), 0.6 + 0.15 * sin(t / 200) + 0.1 * random(),
		bins, array(select b * 2.5 from unnest(bins) b)`;
	try {
		await sql`insert into flow_samples (stream_id, at, avg, max, count, total, direction, coherence, bins, magnitudes)
			select ${streamId}, s, ${figures} from ${every('1 second', 60)} ${motion} where ${there}`;
		await sql`insert into flow_minutes (stream_id, at, seconds, avg, max, count, total, direction, coherence, bins, magnitudes)
			select ${streamId}, s, 60, f.* from ${every('1 minute', 7 * 1440)} ${motion}
			cross join lateral (select ${figures}) f where ${there} on conflict do nothing`;
		await sql`insert into stream_samples (stream_id, at, seconds, connected_s, fps, latency_ms, latency_max_ms, frames, dropped, reconnects)
			select ${streamId}, s, 10, coalesce(here, 0) * 10, here * (14.4 + 0.6 * random()), here * (38 + 9 * random()),
				here * (70 + 40 * random()), coalesce(here, 0) * 145, 0, 0
			from ${every('10 seconds', 360)} cross join lateral (select case when ${there} then 1 end as here) h`;
		await sql`insert into stream_minutes (stream_id, at, seconds, connected_s, fps, latency_ms, latency_max_ms, frames, dropped, reconnects)
			select ${streamId}, s, 60, 60, 14.4 + 0.6 * random(), 38 + 9 * random(), 70 + 40 * random(), 900, 0, 0
			from ${every('1 minute', 7 * 1440)} where ${there} on conflict do nothing`;
		await sql`insert into detections (stream_id, timestamp, label, confidence, x, y, width, height, track_id)
			select ${streamId}, s, case when random() < 0.6 then 'person' when random() < 0.7 then 'car' else 'bicycle' end,
			0.8, 0.4, 0.4, 0.1, 0.2, 1 from ${every('4 seconds', 360)}
			where random() < 0.3 + 0.3 * sin(extract(epoch from s)::float8 / 600) and ${there}`;
		await sql`insert into instance_samples (instance, at, rss_bytes, rss_percent, cpu_percent, streams, gpu_percent, gpu_memory_bytes)
			select name, s, (mib + 40 * sin(extract(epoch from s)::float8 / 900) + 9 * random()) * 1048576, mib / 40, mib / 9 + 20 * random(), 2,
				case when name = 'vf-1' then 35 + 15 * random() end, case when name = 'vf-1' then 1900.0 * 1048576 end
			from ${every('30 seconds', 1440)} cross join (values ('vf-1', 620), ('vf-2', 480)) v (name, mib)`;
		await sql`insert into fleet_samples (at, running, deactivated, error)
			select s, case when ${there} then 3 else 2 end, 1, case when ${there} then 0 else 1 end
			from ${every('30 seconds', 1440)} on conflict do nothing`;
	} finally {
		await sql.end();
	}
}
