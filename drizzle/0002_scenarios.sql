CREATE TABLE "scenarios" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"stream_id" uuid NOT NULL,
	"owner_id" text NOT NULL,
	"owner" text NOT NULL,
	"owner_via" text NOT NULL,
	"idle_timeout_s" integer,
	"seen_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"shutdown_at" timestamp (3) with time zone,
	"end_reason" text,
	CONSTRAINT "scenarios_stream_id_unique" UNIQUE("stream_id")
);
--> statement-breakpoint
ALTER TABLE "streams" ADD COLUMN "ephemeral" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "streams" ADD COLUMN "next_run_id" uuid;--> statement-breakpoint
ALTER TABLE "scenarios" ADD CONSTRAINT "scenarios_stream_id_streams_id_fk" FOREIGN KEY ("stream_id") REFERENCES "public"."streams"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "scenarios_open" ON "scenarios" USING btree ("created_at") WHERE "scenarios"."shutdown_at" is null;--> statement-breakpoint
CREATE INDEX "scenarios_ended" ON "scenarios" USING btree ("shutdown_at");