// Where this server's metrics and those of its fleet are, in the form of Prometheus' service discovery.
import type { InstanceRecord, InstanceRole } from '#lib/contracts/instance.ts';

export type ListedInstance = Pick<InstanceRecord, 'id' | 'state' | 'roles' | 'address'>;

/** As Prometheus' http_sd and file_sd want it. */
export interface TargetGroup {
	targets: string[];
	labels: Record<string, string>;
}

/** An instance as Prometheus is to reach it. */
export interface Target {
	/** host:port */
	address: string;
	scheme: string;
	id: string;
	roles: readonly InstanceRole[];
}

export const livingOf = (instances: readonly ListedInstance[]) =>
	instances.filter(({ state }) => state === 'up');

/** The instances that live and say where they are, by id; `self` while it is alone, or hears of nobody yet. */
export function targetGroups(instances: readonly ListedInstance[], self: Target): TargetGroup[] {
	const living = livingOf(instances).flatMap(({ address, id, roles }) =>
		address === null ? [] : [{ address, scheme: 'http', id, roles }]
	);
	// By itself it may stand behind a proxy, whose name alone leads to it.
	if (living.every(({ id }) => id === self.id)) return [groupOf(self)];
	return living.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map(groupOf);
}

function groupOf({ address, scheme, id, roles }: Target): TargetGroup {
	return {
		targets: [address],
		labels: {
			__scheme__: scheme,
			__metrics_path__: '/metrics',
			vf_instance: id,
			vf_roles: roles.join(',')
		}
	};
}
