CREATE TABLE "alerts" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"source" text NOT NULL,
	"rule_id" uuid,
	"stream_id" uuid,
	"stream_name" text,
	"zone_id" uuid,
	"zone_name" text,
	"name" text NOT NULL,
	"severity" text NOT NULL,
	"status" text NOT NULL,
	"starts_at" timestamp (3) with time zone NOT NULL,
	"ends_at" timestamp (3) with time zone,
	"end_reason" text,
	"summary" text NOT NULL,
	"peak" double precision,
	"snapshot_path" text,
	"snapshot_problem" text,
	"clip_path" text,
	"clip_problem" text,
	"acknowledged_at" timestamp (3) with time zone,
	"acknowledged_by" text,
	"fingerprint" text NOT NULL,
	"labels" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "detections" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"stream_id" uuid NOT NULL,
	"timestamp" timestamp (3) with time zone NOT NULL,
	"label" text NOT NULL,
	"confidence" real NOT NULL,
	"x" real NOT NULL,
	"y" real NOT NULL,
	"width" real NOT NULL,
	"height" real NOT NULL,
	"track_id" integer NOT NULL,
	"image" text,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "flow_samples" (
	"stream_id" uuid NOT NULL,
	"zone_id" uuid,
	"at" timestamp (3) with time zone NOT NULL,
	"avg" real NOT NULL,
	"max" real NOT NULL,
	"count" integer NOT NULL,
	"total" integer NOT NULL,
	"direction" real,
	"coherence" real NOT NULL,
	"bins" smallint[],
	"magnitudes" real[],
	"objects" jsonb,
	"crossings" jsonb
);
--> statement-breakpoint
CREATE TABLE "channels" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"type" text NOT NULL,
	"enabled" boolean NOT NULL,
	"min_interval_s" double precision NOT NULL,
	"max_per_hour" integer NOT NULL,
	"notify_resolved" boolean NOT NULL,
	"config" jsonb NOT NULL,
	"sealed_config" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "deliveries" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"outbox_id" bigint,
	"channel_id" uuid NOT NULL,
	"rule_id" uuid,
	"alert_id" uuid,
	"event" text NOT NULL,
	"payload" jsonb NOT NULL,
	"state" text NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"answer" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"next_attempt_at" timestamp (3) with time zone,
	"delivered_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "outbox_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"topic" text NOT NULL,
	"subject_id" uuid NOT NULL,
	"payload" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"handled_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "models" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"version" integer NOT NULL,
	"format" text NOT NULL,
	"spec" jsonb NOT NULL,
	"inputs" jsonb NOT NULL,
	"file" text NOT NULL,
	"size_bytes" bigint NOT NULL,
	"sha256" text NOT NULL,
	"trial_ms" double precision,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"created_by" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rule_channels" (
	"rule_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	CONSTRAINT "rule_channels_rule_id_channel_id_pk" PRIMARY KEY("rule_id","channel_id")
);
--> statement-breakpoint
CREATE TABLE "rules" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"stream_id" uuid NOT NULL,
	"zone_id" uuid,
	"name" text NOT NULL,
	"enabled" boolean NOT NULL,
	"severity" text NOT NULL,
	"condition" jsonb NOT NULL,
	"sustain_s" double precision NOT NULL,
	"release_s" double precision NOT NULL,
	"cooldown_s" double precision NOT NULL,
	"schedule" jsonb,
	"clip" boolean NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "zones" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"stream_id" uuid NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"points" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "streams" ADD COLUMN "detection_confidence" double precision DEFAULT 0.4 NOT NULL;--> statement-breakpoint
ALTER TABLE "streams" ADD COLUMN "detection_gated" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "streams" ADD COLUMN "clip_preroll_s" double precision DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "detections" ADD CONSTRAINT "detections_stream_id_streams_id_fk" FOREIGN KEY ("stream_id") REFERENCES "public"."streams"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flow_samples" ADD CONSTRAINT "flow_samples_stream_id_streams_id_fk" FOREIGN KEY ("stream_id") REFERENCES "public"."streams"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_channel_id_channels_id_fk" FOREIGN KEY ("channel_id") REFERENCES "public"."channels"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rule_channels" ADD CONSTRAINT "rule_channels_rule_id_rules_id_fk" FOREIGN KEY ("rule_id") REFERENCES "public"."rules"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rule_channels" ADD CONSTRAINT "rule_channels_channel_id_channels_id_fk" FOREIGN KEY ("channel_id") REFERENCES "public"."channels"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rules" ADD CONSTRAINT "rules_stream_id_streams_id_fk" FOREIGN KEY ("stream_id") REFERENCES "public"."streams"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "zones" ADD CONSTRAINT "zones_stream_id_streams_id_fk" FOREIGN KEY ("stream_id") REFERENCES "public"."streams"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "alerts_recent" ON "alerts" USING btree ("starts_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "alerts_of_stream" ON "alerts" USING btree ("stream_id","starts_at" DESC NULLS LAST);--> statement-breakpoint
CREATE UNIQUE INDEX "alerts_open" ON "alerts" USING btree ("fingerprint") WHERE "alerts"."status" = 'firing';--> statement-breakpoint
CREATE INDEX "detections_recent" ON "detections" USING btree ("timestamp" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "detections_of_stream" ON "detections" USING btree ("stream_id","timestamp" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "flow_samples_of_place" ON "flow_samples" USING btree ("stream_id","zone_id","at");--> statement-breakpoint
CREATE INDEX "flow_samples_of_stream" ON "flow_samples" USING btree ("stream_id","at");--> statement-breakpoint
CREATE UNIQUE INDEX "deliveries_once" ON "deliveries" USING btree ("outbox_id","channel_id");--> statement-breakpoint
CREATE INDEX "deliveries_due" ON "deliveries" USING btree ("next_attempt_at") WHERE "deliveries"."state" = 'pending';--> statement-breakpoint
CREATE INDEX "deliveries_of_channel" ON "deliveries" USING btree ("channel_id","created_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "deliveries_of_alert" ON "deliveries" USING btree ("alert_id");--> statement-breakpoint
CREATE INDEX "outbox_waiting" ON "outbox" USING btree ("id") WHERE "outbox"."handled_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "outbox_once" ON "outbox" USING btree ("subject_id","topic");--> statement-breakpoint
CREATE UNIQUE INDEX "models_version" ON "models" USING btree ("name","version");--> statement-breakpoint
CREATE INDEX "rule_channels_of_channel" ON "rule_channels" USING btree ("channel_id");--> statement-breakpoint
CREATE INDEX "rules_of_stream" ON "rules" USING btree ("stream_id","created_at");--> statement-breakpoint
CREATE INDEX "zones_of_stream" ON "zones" USING btree ("stream_id","created_at");--> statement-breakpoint
UPDATE "streams" SET "model_id" = NULL;--> statement-breakpoint
ALTER TABLE "streams" ADD CONSTRAINT "streams_model_id_models_id_fk" FOREIGN KEY ("model_id") REFERENCES "public"."models"("id") ON DELETE restrict ON UPDATE no action;