package storetraffic.alerts;

import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.factories.DynamicTableSinkFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.types.logical.RowType;

/**
 * The connector {@code 'connector' = 'hand-over'}: what is inserted goes on within the same job, as a keyed stream that the
 * program takes from {@link HandedOver} under the option {@code name}.
 *
 * <p>{@code StreamTableEnvironment.toDataStream} would do so too, but plans its query apart from the other insertions, and
 * the source would be read twice.
 */
public final class HandOverFactory implements DynamicTableSinkFactory {

    private static final ConfigOption<String> NAME = ConfigOptions.key("name")
            .stringType()
            .noDefaultValue()
            .withDescription("The name under which the program takes the stream");

    @Override
    public DynamicTableSink createDynamicTableSink(Context context) {
        FactoryUtil.TableFactoryHelper helper = FactoryUtil.createTableFactoryHelper(this, context);
        helper.validate();
        RowType rows = (RowType) context.getPhysicalRowDataType().getLogicalType();
        return new HandOverSink(helper.getOptions().get(NAME), rows);
    }

    @Override
    public String factoryIdentifier() {
        return "hand-over";
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of(NAME);
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        return Set.of();
    }
}
