// What the demo cameras are watched for: zones on their pictures and rules over them, as plain data.
import type { SceneName } from './recipes.ts';

interface SceneZone {
	name: string;
	kind: 'polygon' | 'line';
	/** x, y in 0..1 of the picture. */
	points: [number, number][];
}

/** A rule in the fields of its registration, but for the stream and the zone, which is told by its name. */
interface SceneRule {
	name: string;
	zone: string | null;
	severity: 'info' | 'warning' | 'critical';
	condition: Record<string, unknown> & { type: string };
	sustain_s: number;
	release_s: number;
	cooldown_s: number;
}

export interface SceneWatch {
	zones: SceneZone[];
	rules: SceneRule[];
}

/** Zones of the truth lie on the ground and are told here as the camera sees them. */
export const sceneWatch: Record<SceneName, SceneWatch> = {
	junction: {
		zones: [
			{
				name: 'West crossing',
				kind: 'polygon',
				points: [
					[0.12, 0.55],
					[0.22, 0.49],
					[0.39, 0.72],
					[0.29, 0.84]
				]
			}
		],
		rules: [
			{
				name: 'People on the crossing',
				zone: 'West crossing',
				severity: 'info',
				condition: { type: 'count', classes: ['moving'], op: 'over', value: 1, min_confidence: 0.4 },
				sustain_s: 1.5,
				release_s: 4,
				cooldown_s: 5
			}
		]
	},
	concourse: {
		zones: [
			{
				name: 'Towards the trains',
				kind: 'polygon',
				points: [
					[0.44, 0.3],
					[0.545, 0.3],
					[0.38, 0.98],
					[0.02, 0.98]
				]
			}
		],
		rules: [
			{
				name: 'Against the stream',
				zone: 'Towards the trains',
				severity: 'warning',
				condition: {
					type: 'flow_direction',
					direction_deg: 205,
					tolerance_deg: 40,
					mode: 'against',
					min_magnitude: 1,
					min_coherence: 0,
					min_vectors: 4
				},
				sustain_s: 1,
				release_s: 4,
				cooldown_s: 5
			}
		]
	},
	yard: {
		zones: [
			{
				name: 'Transformer',
				kind: 'polygon',
				points: [
					[0.496, 0.461],
					[0.712, 0.477],
					[0.753, 0.624],
					[0.459, 0.595]
				]
			}
		],
		rules: [
			{
				name: 'Somebody at the transformer',
				zone: 'Transformer',
				severity: 'critical',
				condition: {
					type: 'object_in_zone',
					classes: [],
					min_confidence: 0.4,
					mode: 'forbidden',
					presence: 'present'
				},
				sustain_s: 0.5,
				release_s: 4,
				cooldown_s: 5
			}
		]
	}
};
