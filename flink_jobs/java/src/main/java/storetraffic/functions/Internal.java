package storetraffic.functions;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.flink.table.functions.FunctionDefinition;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.ArgumentCount;
import org.apache.flink.table.types.inference.CallContext;
import org.apache.flink.table.types.inference.ConstantArgumentCount;
import org.apache.flink.table.types.inference.InputTypeStrategy;
import org.apache.flink.table.types.inference.Signature;
import org.apache.flink.table.types.inference.TypeStrategy;
import org.apache.flink.table.types.utils.DataTypeUtils;

/**
 * Types of functions that work on Flink's own data structures: nothing is converted to {@code Row} and back for each row,
 * which costs more than the work itself where a row holds sixty zones.
 */
final class Internal {

    private Internal() {}

    /** Takes so many arguments of whatever types the query has, each in Flink's internal form. */
    static InputTypeStrategy arguments(int count) {
        return arguments(count, count);
    }

    /** Takes at least and at most so many arguments, likewise. */
    static InputTypeStrategy arguments(int least, int most) {
        return new InputTypeStrategy() {
            @Override
            public ArgumentCount getArgumentCount() {
                return ConstantArgumentCount.between(least, most);
            }

            @Override
            public Optional<List<DataType>> inferInputTypes(CallContext call, boolean throwOnFailure) {
                return Optional.of(call.getArgumentDataTypes().stream()
                        .map(DataTypeUtils::toInternalDataType)
                        .collect(Collectors.toList()));
            }

            @Override
            public List<Signature> getExpectedSignatures(FunctionDefinition definition) {
                return List.of(Signature.of(Signature.Argument.of("*")));
            }
        };
    }

    /** Gives the type that a function makes of its argument types, in Flink's internal form. */
    static TypeStrategy result(Function<List<DataType>, DataType> type) {
        return call -> Optional.of(DataTypeUtils.toInternalDataType(type.apply(call.getArgumentDataTypes())));
    }
}
