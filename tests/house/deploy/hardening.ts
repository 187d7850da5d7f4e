// What a workload of ours may not have, and what it may not be without.
import {
	containersOf,
	isFields,
	listOf,
	podOf,
	splitImage,
	type Fields,
	type Resource
} from './kustomize.ts';
import { PROBES } from './references.ts';

/** One line for each right to spare, and each bound or probe that is missing. */
export function weaknesses(resources: Resource[]): string[] {
	return resources.flatMap((resource) => {
		const pod = podOf(resource);
		const account = resource.kind === 'ServiceAccount' && resource.automountServiceAccountToken !== false;
		const who = `${resource.kind}/${resource.metadata.name}`;
		if (account) return [`${who} has a token`];
		if (RIGHTS.includes(resource.kind)) return [`${who} gives rights on the cluster's API`];
		if (!pod) return [];
		return [
			...podWeaknesses(pod).map((weakness) => `${who} ${weakness}`),
			...containersOf(resource).flatMap((container) =>
				containerWeaknesses(container).map((weakness) => `${who} ${String(container.name)} ${weakness}`)
			)
		];
	});
}

const RIGHTS = ['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'];

function podWeaknesses(pod: Fields): string[] {
	const context = isFields(pod.securityContext) ? pod.securityContext : {};
	return listed({
		'has a token of the cluster’s API': pod.automountServiceAccountToken !== false,
		'shares a namespace of its node': Boolean(pod.hostNetwork || pod.hostPID || pod.hostIPC),
		'mounts a path of its node': listOf(pod.volumes).some((volume) => 'hostPath' in volume),
		'may run as root': context.runAsNonRoot !== true || Number(context.runAsUser ?? 0) === 0,
		'has no seccomp profile': !isFields(context.seccompProfile)
	});
}

function containerWeaknesses(container: Fields): string[] {
	const context = isFields(container.securityContext) ? container.securityContext : {};
	const resources = isFields(container.resources) ? container.resources : {};
	const capabilities = isFields(context.capabilities) ? context.capabilities : {};
	const [, tag] = splitImage(String(container.image));
	return listed({
		'is privileged': context.privileged === true,
		'may gain rights': context.allowPrivilegeEscalation !== false,
		'may write to its root file system': context.readOnlyRootFilesystem !== true,
		'keeps capabilities': JSON.stringify(capabilities) !== '{"drop":["ALL"]}',
		'has an image without a version': tag === undefined || tag.startsWith('latest'),
		'has no bound of memory and CPU': !bounded(resources.limits) || !bounded(resources.requests),
		'is not asked whether it lives': !(PROBES[1]! in container),
		'is not asked whether it is ready': !(PROBES[2]! in container),
		'reaches the container engine': JSON.stringify(container).includes('docker.sock')
	});
}

const bounded = (amounts: unknown) =>
	typeof amounts === 'object' && amounts !== null && 'cpu' in amounts && 'memory' in amounts;

function listed(found: { [weakness: string]: boolean }): string[] {
	return Object.keys(found).filter((weakness) => found[weakness]);
}
