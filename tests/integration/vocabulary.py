"""The protos as the tests know them: read from the descriptor set that the build writes, and spoken over gRPC."""

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

import club

_files = descriptor_pb2.FileDescriptorSet.FromString((club.BUILD / "moadon_v1.desc").read_bytes())
_pool = descriptor_pool.DescriptorPool()
for _file in _files.file:
    _pool.Add(_file)
_factory = message_factory.MessageFactory(_pool)


def message(name):
    """The class of a message of moadon.v1."""
    return _factory.GetPrototype(_pool.FindMessageTypeByName("moadon.v1." + name))


def enum_values(name):
    return [v.name for v in _pool.FindEnumTypeByName("moadon.v1." + name).values]


def methods():
    """(service, method, request name, response name) of every RPC there is."""
    for file in _files.file:
        if file.package != "moadon.v1":
            continue
        for service in file.service:
            for method in service.method:
                yield (service.name, method.name, method.input_type.rsplit(".", 1)[-1],
                       method.output_type.rsplit(".", 1)[-1])


def grpc_call(address, service, method, payload, token=None, response=None, timeout=30):
    """One call with raw bytes. Returns the response's bytes (or message), or raises grpc.RpcError."""
    options = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]
    with grpc.insecure_channel(address, options=options) as channel:
        call = channel.unary_unary(f"/moadon.v1.{service}/{method}")
        metadata = [("authorization", "Bearer " + token)] if token else []
        data = call(payload, metadata=metadata, timeout=timeout)
    return message(response).FromString(data) if response else data


def refusal_of(error):
    """(status code name, reason name, values) that a gRPC error carries."""
    details = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin")
    if details is None:
        return error.code().name, None, {}
    status = message("StatusDetails").FromString(details)
    detail = message("ErrorDetail").FromString(status.details[0].value)
    reason = detail.DESCRIPTOR.fields_by_name["reason"].enum_type.values_by_number[detail.reason]
    return error.code().name, reason.name, dict(detail.values)
