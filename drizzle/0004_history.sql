CREATE TABLE "fleet_samples" (
	"at" timestamp (3) with time zone NOT NULL,
	"running" integer NOT NULL,
	"deactivated" integer NOT NULL,
	"error" integer NOT NULL,
	CONSTRAINT "fleet_samples_once" UNIQUE("at")
) PARTITION BY RANGE ("at");
--> statement-breakpoint
CREATE TABLE "fleet_samples_default" PARTITION OF "fleet_samples" DEFAULT;
--> statement-breakpoint
CREATE TABLE "flow_hours" (
	"stream_id" uuid NOT NULL,
	"zone_id" uuid,
	"at" timestamp (3) with time zone NOT NULL,
	"seconds" integer NOT NULL,
	"avg" real NOT NULL,
	"max" real NOT NULL,
	"count" real NOT NULL,
	"total" real NOT NULL,
	"direction" real,
	"coherence" real NOT NULL,
	"bins" bigint[],
	"magnitudes" double precision[],
	"objects" jsonb,
	"crossings" jsonb,
	CONSTRAINT "flow_hours_once" UNIQUE NULLS NOT DISTINCT("stream_id","zone_id","at")
) PARTITION BY RANGE ("at");
--> statement-breakpoint
CREATE TABLE "flow_hours_default" PARTITION OF "flow_hours" DEFAULT;
--> statement-breakpoint
CREATE TABLE "flow_minutes" (
	"stream_id" uuid NOT NULL,
	"zone_id" uuid,
	"at" timestamp (3) with time zone NOT NULL,
	"seconds" integer NOT NULL,
	"avg" real NOT NULL,
	"max" real NOT NULL,
	"count" real NOT NULL,
	"total" real NOT NULL,
	"direction" real,
	"coherence" real NOT NULL,
	"bins" bigint[],
	"magnitudes" double precision[],
	"objects" jsonb,
	"crossings" jsonb,
	CONSTRAINT "flow_minutes_once" UNIQUE NULLS NOT DISTINCT("stream_id","zone_id","at")
) PARTITION BY RANGE ("at");
--> statement-breakpoint
CREATE TABLE "flow_minutes_default" PARTITION OF "flow_minutes" DEFAULT;
--> statement-breakpoint
CREATE TABLE "instance_samples" (
	"instance" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"rss_bytes" bigint NOT NULL,
	"rss_percent" real NOT NULL,
	"cpu_percent" real NOT NULL,
	"streams" integer NOT NULL,
	"gpu_percent" real,
	"gpu_memory_bytes" bigint
) PARTITION BY RANGE ("at");
--> statement-breakpoint
CREATE TABLE "instance_samples_default" PARTITION OF "instance_samples" DEFAULT;
--> statement-breakpoint
CREATE TABLE "stream_minutes" (
	"stream_id" uuid NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"seconds" real NOT NULL,
	"connected_s" real NOT NULL,
	"fps" real,
	"latency_ms" real,
	"latency_max_ms" real,
	"frames" integer NOT NULL,
	"dropped" integer NOT NULL,
	"reconnects" integer NOT NULL,
	CONSTRAINT "stream_minutes_once" UNIQUE("stream_id","at")
) PARTITION BY RANGE ("at");
--> statement-breakpoint
CREATE TABLE "stream_minutes_default" PARTITION OF "stream_minutes" DEFAULT;
--> statement-breakpoint
CREATE TABLE "stream_samples" (
	"stream_id" uuid NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"seconds" real NOT NULL,
	"connected_s" real NOT NULL,
	"fps" real,
	"latency_ms" real,
	"latency_max_ms" real,
	"frames" integer NOT NULL,
	"dropped" integer NOT NULL,
	"reconnects" integer NOT NULL
) PARTITION BY RANGE ("at");
--> statement-breakpoint
CREATE TABLE "stream_samples_default" PARTITION OF "stream_samples" DEFAULT;
--> statement-breakpoint
CREATE TABLE "received_alerts" (
	"alert_id" uuid PRIMARY KEY NOT NULL,
	"sender" text NOT NULL,
	"receiver" text NOT NULL,
	"group_key" text NOT NULL,
	"group_status" text NOT NULL,
	"alert_status" text NOT NULL,
	"rule_uid" text,
	"fingerprint" text NOT NULL,
	"description" text,
	"annotations" jsonb NOT NULL,
	"values" jsonb,
	"generator_url" text,
	"raw" jsonb NOT NULL,
	"deliveries" integer NOT NULL,
	"received_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "received_alerts" ADD CONSTRAINT "received_alerts_alert_id_alerts_id_fk" FOREIGN KEY ("alert_id") REFERENCES "public"."alerts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "instance_samples_of_instance" ON "instance_samples" USING btree ("instance","at");--> statement-breakpoint
CREATE INDEX "stream_samples_of_stream" ON "stream_samples" USING btree ("stream_id","at");--> statement-breakpoint
CREATE INDEX "received_alerts_of_series" ON "received_alerts" USING btree ("fingerprint","received_at" DESC NULLS LAST);--> statement-breakpoint
ALTER TABLE "flow_samples" DROP CONSTRAINT "flow_samples_stream_id_streams_id_fk";--> statement-breakpoint
ALTER TABLE "flow_samples" RENAME TO "flow_samples_default";--> statement-breakpoint
ALTER INDEX "flow_samples_of_place" RENAME TO "flow_samples_default_of_place";--> statement-breakpoint
ALTER INDEX "flow_samples_of_stream" RENAME TO "flow_samples_default_of_stream";--> statement-breakpoint
CREATE TABLE "flow_samples" (LIKE "flow_samples_default" INCLUDING DEFAULTS) PARTITION BY RANGE ("at");--> statement-breakpoint
CREATE INDEX "flow_samples_of_place" ON "flow_samples" USING btree ("stream_id","zone_id","at");--> statement-breakpoint
CREATE INDEX "flow_samples_of_stream" ON "flow_samples" USING btree ("stream_id","at");--> statement-breakpoint
ALTER TABLE "flow_samples" ATTACH PARTITION "flow_samples_default" DEFAULT;--> statement-breakpoint
ALTER TABLE "system_settings" ADD COLUMN "grafana_url" text;
