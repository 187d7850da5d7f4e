// The files that Grafana is provisioned with, held to what its documentation says of them: an unknown field is a mistake.
// Grafana itself is not run here: what it would refuse beyond this, only it can tell.
import { z } from 'zod';

const apiVersion = z.literal(1);
const orgId = z.literal(1);
const duration = z.string().regex(/^\d+[smhd]$/);
/** What Grafana takes for a uid. */
const uid = z.string().regex(/^[a-zA-Z0-9_-]{1,40}$/);
/** Grafana takes a dollar in these for a variable of the environment. */
const text = z.string().regex(/^[^$]*$/);

const query = z.strictObject({
	refId: z.string(),
	relativeTimeRange: z.strictObject({ from: z.int().min(0), to: z.int().min(0) }),
	datasourceUid: z.string(),
	model: z.looseObject({
		refId: z.string(),
		datasource: z.strictObject({ type: z.string(), uid: z.string() })
	})
});

export const rulesFile = z.strictObject({
	apiVersion,
	groups: z.array(
		z.strictObject({
			orgId,
			name: text,
			folder: text,
			interval: duration,
			rules: z.array(
				z.strictObject({
					uid,
					title: text.max(190),
					condition: z.string(),
					data: z.array(query).min(1),
					dashboardUid: uid,
					panelId: z.int().positive(),
					noDataState: z.enum(['NoData', 'Alerting', 'OK', 'KeepLast']),
					execErrState: z.enum(['Error', 'Alerting', 'OK', 'KeepLast']),
					for: duration,
					labels: z.record(z.string(), text),
					annotations: z.strictObject({ summary: text, description: text }),
					isPaused: z.boolean()
				})
			)
		})
	)
});

export const contactPointsFile = z.strictObject({
	apiVersion,
	contactPoints: z.array(
		z.strictObject({
			orgId,
			name: text,
			receivers: z.array(
				z.strictObject({
					uid,
					type: z.literal('webhook'),
					disableResolveMessage: z.boolean(),
					settings: z.strictObject({
						url: z.string(),
						httpMethod: z.enum(['POST', 'PUT']),
						authorization_scheme: z.literal('Bearer'),
						// A secret comes from the environment alone.
						authorization_credentials: z.string().regex(/^\$[A-Z_]+$/),
						maxAlerts: z.int().positive()
					})
				})
			)
		})
	)
});

export const policiesFile = z.strictObject({
	apiVersion,
	policies: z
		.array(
			z.strictObject({
				orgId,
				receiver: text,
				group_by: z.array(z.string()),
				group_wait: duration,
				group_interval: duration,
				repeat_interval: duration
			})
		)
		.length(1)
});

export const providersFile = z.strictObject({
	apiVersion,
	providers: z.array(
		z.strictObject({
			name: z.string(),
			orgId,
			folder: z.string(),
			type: z.literal('file'),
			disableDeletion: z.boolean(),
			allowUiUpdates: z.boolean(),
			updateIntervalSeconds: z.int().positive(),
			options: z.strictObject({ path: z.string() })
		})
	)
});
